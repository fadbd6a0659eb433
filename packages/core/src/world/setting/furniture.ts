import type { Random } from "../../array/random.js";
import type { Material, Surface } from "../render/surface.js";
import { boards, hsv, poster, speckles, stripes } from "./pattern.js";
import { ball, box, joined, placed, type Shape, surfaceOf, turned } from "./shapes.js";

/** A thing that stands about: what it looks like, and how much room it takes. */
export interface Thing {
  /** On y = 0, around x = z = 0. */
  parts: readonly { shape: Shape; material: Material }[];
  /** Radius of its footprint, metres. */
  radius: number;
}

/** Surfaces of a thing where it stands. @param turn Radians about the vertical. */
export const surfacesOf = (thing: Thing, x: number, z: number, turn: number): Surface[] =>
  thing.parts.map(({ shape, material }) => surfaceOf(placed(shape, [x, 0, z], turn), material));

/** One of all things that stand in rooms, or outdoors. */
export function drawThing(chance: Random, indoors: boolean): Thing {
  const anywhere = [table, chair, plant, crate, column, barrel, board, toyBall];
  const things = [...anywhere, ...(indoors ? [shelf, sofa, lamp] : [tree, tree, bench, car])];
  return (things[chance.integer(things.length)] as (chance: Random) => Thing)(chance);
}

const wood = (chance: Random): Material => ({
  colour: [255, 255, 255],
  texture: boards(
    chance,
    hsv(chance.uniform(0.04, 0.11), chance.uniform(0.2, 0.65), chance.uniform(0.25, 0.85)),
  ),
  specular: 0.15,
});
const cloth = (chance: Random): Material => {
  const own = () => hsv(chance.uniform(), chance.uniform(0.05, 0.8), chance.uniform(0.15, 0.9));
  const plain = chance.uniform() < 0.6;
  return {
    colour: [255, 255, 255],
    texture: plain
      ? speckles(chance, own(), 0.25)
      : stripes(chance, [own(), own(), own()], chance.uniform() < 0.5),
  };
};
const paint = (chance: Random): Material => ({
  colour: hsv(chance.uniform(), chance.uniform(0, 0.9), chance.uniform(0.1, 0.95)),
  specular: chance.uniform(0, 0.6),
  shininess: 40,
});

const legs = (width: number, depth: number, height: number, thick: number): Shape =>
  joined(
    [-1, 1].flatMap((x) =>
      [-1, 1].map((z) =>
        placed(box(thick, height, thick), [(x * (width - thick)) / 2, 0, (z * (depth - thick)) / 2]),
      ),
    ),
  );

function table(chance: Random): Thing {
  const [width, depth, height] = [
    chance.uniform(0.7, 1.6),
    chance.uniform(0.6, 0.9),
    chance.uniform(0.45, 0.8),
  ];
  const top = box(width, 0.04, depth, height - 0.04);
  const things = Array.from({ length: chance.integer(4) }, () => ({
    shape: placed(
      box(chance.uniform(0.06, 0.3), chance.uniform(0.02, 0.3), chance.uniform(0.06, 0.25), height),
      [chance.uniform(-0.35, 0.35) * width, 0, chance.uniform(-0.3, 0.3) * depth],
      chance.uniform(0, 3),
    ),
    material: paint(chance),
  }));
  return {
    parts: [
      { shape: joined([top, legs(width, depth, height - 0.04, 0.06)]), material: wood(chance) },
      ...things,
    ],
    radius: Math.max(width, depth) / 2,
  };
}

/** A chair with its seat at `seat` metres; its back is at −z, whoever sits on it looks along +z. */
export function chair(chance: Random, seat = 0.45): Thing {
  const [width, depth] = [chance.uniform(0.4, 0.5), chance.uniform(0.4, 0.48)];
  const frame = joined([
    legs(width, depth, seat - 0.04, 0.04),
    placed(box(width, chance.uniform(0.35, 0.55), 0.03, seat), [0, 0, -depth / 2 - 0.015]),
  ]);
  return {
    parts: [
      { shape: frame, material: chance.uniform() < 0.5 ? wood(chance) : paint(chance) },
      { shape: box(width, 0.05, depth, seat - 0.05), material: cloth(chance) },
    ],
    radius: 0.33,
  };
}

function shelf(chance: Random): Thing {
  const [width, height] = [chance.uniform(0.6, 1.4), chance.uniform(0.9, 2.1)];
  const boardsOf = Array.from({ length: 3 + chance.integer(3) }, (_, i) => i);
  const step = height / boardsOf.length;
  const frame = joined([
    placed(box(0.03, height, 0.3), [-width / 2, 0, 0]),
    placed(box(0.03, height, 0.3), [width / 2, 0, 0]),
    placed(box(width, height, 0.01), [0, 0, -0.15]),
    ...boardsOf.map((i) => box(width, 0.025, 0.3, (i + 1) * step - 0.025)),
  ]);
  const books = boardsOf.map((i) => ({
    shape: box(width * chance.uniform(0.5, 0.95), step * chance.uniform(0.4, 0.8), 0.2, i * step),
    material: { colour: [255, 255, 255] as const, texture: poster(chance) },
  }));
  return { parts: [{ shape: frame, material: wood(chance) }, ...books], radius: width / 2 };
}

function sofa(chance: Random): Thing {
  const width = chance.uniform(0.9, 2);
  const shape = joined([
    box(width, 0.42, 0.8),
    placed(box(width, 0.8, 0.2), [0, 0, -0.4]),
    placed(box(0.18, 0.6, 0.85), [-width / 2, 0, 0]),
    placed(box(0.18, 0.6, 0.85), [width / 2, 0, 0]),
  ]);
  return { parts: [{ shape, material: cloth(chance) }], radius: width / 2 + 0.1 };
}

function plant(chance: Random): Thing {
  const [pot, height] = [chance.uniform(0.12, 0.25), chance.uniform(0.5, 1.6)];
  const leaves = Array.from({ length: 8 + chance.integer(14) }, () => {
    const [reach, angle] = [chance.uniform(0.05, 0.3), chance.uniform(0, 2 * Math.PI)];
    const size = chance.uniform(0.05, 0.16);
    return placed(ball(size, size * 0.7, size), [
      reach * Math.sin(angle),
      chance.uniform(0.5, 1) * height,
      reach * Math.cos(angle),
    ]);
  });
  const green = hsv(chance.uniform(0.2, 0.38), chance.uniform(0.3, 0.8), chance.uniform(0.2, 0.6));
  const stem = turned([
    [0.02, 0.2],
    [0.015, height],
  ]);
  return {
    parts: [
      {
        shape: turned([
          [pot * 0.7, 0],
          [pot, 0.3],
          [0, 0.28],
        ]),
        material: paint(chance),
      },
      {
        shape: joined([stem, ...leaves]),
        material: { colour: [255, 255, 255], texture: speckles(chance, green, 0.8) },
      },
    ],
    radius: 0.35,
  };
}

function crate(chance: Random): Thing {
  const [width, height, depth] = [
    chance.uniform(0.25, 0.8),
    chance.uniform(0.2, 1),
    chance.uniform(0.25, 0.7),
  ];
  const printed: Material = { colour: [255, 255, 255], texture: poster(chance) };
  const material = chance.uniform() < 0.4 ? wood(chance) : chance.uniform() < 0.5 ? printed : paint(chance);
  return { parts: [{ shape: box(width, height, depth), material }], radius: Math.hypot(width, depth) / 2 };
}

function column(chance: Random): Thing {
  const radius = chance.uniform(0.08, 0.25);
  const shape = turned([
    [radius, 0],
    [radius, 3.2],
  ]);
  return { parts: [{ shape, material: paint(chance) }], radius };
}

function barrel(chance: Random): Thing {
  const [radius, height] = [chance.uniform(0.2, 0.35), chance.uniform(0.5, 1)];
  const shape = turned([
    [radius * 0.88, 0],
    [radius, height / 2],
    [radius * 0.88, height],
    [0, height],
  ]);
  return { parts: [{ shape, material: chance.uniform() < 0.5 ? wood(chance) : paint(chance) }], radius };
}

/** An upright board: a screen, a blackboard, a sign. */
function board(chance: Random): Thing {
  const [width, height, foot] = [chance.uniform(0.6, 1.8), chance.uniform(0.5, 1.2), chance.uniform(0, 0.9)];
  return {
    parts: [
      {
        shape: box(width, height, 0.03, foot),
        material: { colour: [255, 255, 255], texture: poster(chance) },
      },
      {
        shape: joined([-1, 1].map((side) => placed(box(0.04, foot, 0.3), [0.4 * side * width, 0, 0]))),
        material: paint(chance),
      },
    ],
    radius: width / 2,
  };
}

function lamp(chance: Random): Thing {
  const height = chance.uniform(1.3, 1.8);
  const pole = turned([
    [0.15, 0],
    [0.15, 0.02],
    [0.015, 0.03],
    [0.015, height],
  ]);
  const shade = turned([
    [0.2, height - 0.1],
    [0.12, height + 0.15],
  ]);
  return {
    parts: [
      { shape: pole, material: paint(chance) },
      { shape: shade, material: { colour: [250, 236, 200], twoSided: true } },
    ],
    radius: 0.2,
  };
}

function toyBall(chance: Random): Thing {
  const radius = chance.uniform(0.08, 0.35);
  return { parts: [{ shape: ball(radius, radius, radius), material: cloth(chance) }], radius };
}

function tree(chance: Random): Thing {
  const [height, crown] = [chance.uniform(2.5, 6), chance.uniform(0.8, 2)];
  const bark: Material = { colour: [255, 255, 255], texture: speckles(chance, [96, 78, 60], 0.8) };
  const green = hsv(chance.uniform(0.17, 0.33), chance.uniform(0.35, 0.8), chance.uniform(0.25, 0.6));
  const leaves: Material = { colour: [255, 255, 255], texture: speckles(chance, green, 1.4) };
  const tufts = Array.from({ length: 9 }, () => {
    const size = crown * chance.uniform(0.35, 0.7);
    return placed(ball(size, 0.8 * size, size), [
      chance.normal(0, 0.35 * crown),
      height - 0.8 * size + chance.normal(0, 0.3 * crown),
      chance.normal(0, 0.35 * crown),
    ]);
  });
  const trunk = turned(
    [
      [0.16, 0],
      [0.1, height],
    ],
    9,
  );
  return {
    parts: [
      { shape: trunk, material: bark },
      { shape: joined(tufts), material: leaves },
    ],
    radius: 0.4,
  };
}

function bench(chance: Random): Thing {
  const width = chance.uniform(1.2, 1.9);
  const slats = [0, 1, 2].map((i) => placed(box(width, 0.04, 0.11, 0.42), [0, 0, 0.14 * (i - 1)]));
  const back = placed(box(width, 0.3, 0.04, 0.55), [0, 0, -0.24]);
  const feet = [-0.4, 0.4].map((x) => placed(box(0.06, 0.42, 0.4), [x * width, 0, 0]));
  return { parts: [{ shape: joined([...slats, back, ...feet]), material: wood(chance) }], radius: width / 2 };
}

/** Boxes of a car's proportions, with dark glass and wheels. */
function car(chance: Random): Thing {
  const [length, height] = [chance.uniform(3.6, 4.7), chance.uniform(1.3, 1.7)];
  const wheels = [-0.31, 0.31].map((x) => placed(ball(0.32, 0.32, 0.95), [x * length, 0, 0]));
  const cabin = placed(box(0.52 * length, 0.42 * height, 1.5, 0.55 * height), [-0.05 * length, 0, 0]);
  const roof = placed(box(0.5 * length, 0.05, 1.52, 0.96 * height), [-0.05 * length, 0, 0]);
  return {
    parts: [
      { shape: joined([box(length, 0.5 * height, 1.7, 0.2), roof]), material: paint(chance) },
      { shape: cabin, material: { colour: [32, 38, 44], specular: 0.6, shininess: 60 } },
      { shape: joined(wheels), material: { colour: [28, 28, 28] } },
    ],
    radius: 0.55 * length,
  };
}
