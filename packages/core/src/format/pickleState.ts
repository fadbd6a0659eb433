import { invalid, type Machine } from "./pickleMachine.js";
import { setArrayState, setDtypeState } from "./pickleNumpy.js";
import { isKind, kindOf, type PickleValue } from "./pickleValue.js";

/**
 * Gives a record the state that the pickle holds for it: an object's attributes, an array's numbers. Attributes on a
 * dict, a list, a set or a tensor (PyTorch's `_metadata`) mean nothing here and are dropped.
 */
export function setState(machine: Machine, target: PickleValue, state: PickleValue): void {
  if (isKind(target, "object")) target.state = state;
  else if (isKind(target, "ndarray")) setArrayState(machine, target, state);
  else if (isKind(target, "numpyDtype")) setDtypeState(machine, target, state);
  else if (!hasAttributes(target)) throw invalid(machine, `${kindOf(target)} can't take a state`);
}

const hasAttributes = (target: PickleValue) =>
  Array.isArray(target) || isKind(target, "dict") || isKind(target, "set") || isKind(target, "tensor");
