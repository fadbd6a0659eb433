import { z } from "zod";

const metres = z.number().min(-100).max(100);
const spot = z.tuple([metres, metres]);
const point = z.tuple([metres, metres, metres]);
const seconds = z.number().positive().max(3600);
const optional = seconds.optional();
const side = z.enum(["left", "right"]).optional();
const hand = z.enum(["left", "right", "both"]).optional();
const speed = z.number().min(0.2).max(8).optional();
const way = z.array(spot).min(1);

/** What someone can be told to do, as @marey/core/world's `Action`. */
const actionSchema = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("stand"), seconds: optional }),
  z.strictObject({ do: z.literal("wait"), seconds }),
  z.strictObject({ do: z.literal("walk"), to: way, speed, carry: hand }),
  z.strictObject({ do: z.literal("run"), to: way, speed }),
  z.strictObject({ do: z.literal("turn"), to: z.union([z.number(), spot]) }),
  z.strictObject({ do: z.literal("wave"), hand: side, seconds: optional }),
  z.strictObject({ do: z.literal("talk"), seconds: optional }),
  z.strictObject({ do: z.literal("reach"), at: point, hand, hold: optional }),
  z.strictObject({ do: z.literal("pickUp"), at: spot, hand: side }),
  z.strictObject({
    do: z.literal("sit"),
    seconds: optional,
    height: z.number().min(0.2).max(1).optional(),
    stay: z.boolean().optional(),
  }),
  z.strictObject({ do: z.literal("rise") }),
  z.strictObject({ do: z.literal("crouch"), seconds: optional }),
  z.strictObject({ do: z.literal("kick"), foot: side }),
  z.strictObject({ do: z.literal("jump"), height: z.number().min(0.02).max(1).optional() }),
  z.strictObject({ do: z.literal("stretch"), seconds: optional }),
  z.strictObject({ do: z.literal("armsUp"), seconds: optional }),
  z.strictObject({ do: z.literal("lie"), seconds: optional }),
  z.strictObject({ do: z.literal("shake"), at: point }),
  z.strictObject({ do: z.literal("embrace"), seconds: optional }),
  z.strictObject({ do: z.literal("lookAt"), at: point, seconds: optional }),
]);

/** What somebody does: where they stand first, and their actions one after the other. */
export const actSchema = z.strictObject({
  start: z
    .strictObject({ x: metres.optional(), z: metres.optional(), yaw: z.number().optional() })
    .optional(),
  actions: z.array(actionSchema).min(1),
});
