import { MareyError } from "@marey/core";

/** Reads an option that is a whole number of at least `least`. @throws MareyError `OPTION`. */
export const wholeNumber = (option: string, least: number) => (text: string) => {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least) return value;
  throw new MareyError("OPTION", option, `"${text}" is no whole number from ${least}`, "Correct the option");
};

/** Reads an option that is a number above 0. @throws MareyError `OPTION`. */
export const positiveNumber = (option: string) => (text: string) => {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new MareyError("OPTION", option, `"${text}" is no number above 0`, "Correct the option");
};
