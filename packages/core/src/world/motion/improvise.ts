import { random } from "../../array/random.js";
import type { Action, Spot } from "./action.js";

export interface ImproviseOptions {
  seed: number;
  /** About how long, seconds; the last action ends later. */
  seconds: number;
  /** Metres: half the side of the square that people stay in, and its middle. */
  reach?: number;
  middle?: Spot;
  /** How likely each action is; what is absent is as likely as usual. */
  likely?: Partial<Record<Action["do"], number>>;
}

/** How likely actions are, and about how long they take, seconds. */
const USUAL: Readonly<Partial<Record<Action["do"], readonly [weight: number, seconds: number]>>> = {
  ...{ walk: [5, 4], run: [1.2, 3], turn: [1.5, 2], stand: [2, 3], talk: [2.5, 4.5], wave: [1.2, 2.7] },
  ...{ reach: [1.5, 3], pickUp: [1, 5], sit: [1, 7], crouch: [0.8, 2.5], kick: [0.6, 2], jump: [0.5, 2] },
  ...{ stretch: [0.5, 4], armsUp: [0.6, 2.5], lookAt: [1, 2.2], lie: [0.25, 9] },
};

/** A chain of actions that nobody asked for: what people may do in a room, from one seed. */
export function improvise(options: ImproviseOptions): Action[] {
  const { seed, seconds, reach = 1.8, middle = [0, 0], likely = {} } = options;
  const chance = random(seed);
  const names = Object.keys(USUAL) as Action["do"][];
  const weights = names.map((name) => likely[name] ?? USUAL[name]?.[0] ?? 0);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const spot = (): Spot => [
    middle[0] + chance.uniform(-reach, reach),
    middle[1] + chance.uniform(-reach, reach),
  ];
  const actions: Action[] = [];
  for (let time = 0; time < seconds && total > 0; ) {
    let left = chance.uniform(0, total);
    const name = names.find((_, i) => (left -= weights[i]) < 0) ?? "stand";
    actions.push(actionOf(name, spot, chance.uniform()));
    time += USUAL[name]?.[1] ?? 3;
  }
  return actions;
}

/** An action with what it needs; all else is left to the performance. */
function actionOf(name: Action["do"], spot: () => Spot, share: number): Action {
  switch (name) {
    case "walk":
      return {
        do: name,
        to: share < 0.5 ? [spot()] : [spot(), spot()],
        ...(share < 0.12 && { carry: "both" }),
      };
    case "run":
      return { do: name, to: [spot()] };
    case "turn":
    case "pickUp": {
      const at = spot();
      return name === "turn" ? { do: name, to: at } : { do: name, at };
    }
    case "reach":
    case "shake":
    case "lookAt": {
      const [x, z] = spot();
      return { do: name === "shake" ? "reach" : name, at: [x, 0.5 + 1.3 * share, z] };
    }
    case "wait":
      return { do: "stand" };
    default:
      return { do: name };
  }
}
