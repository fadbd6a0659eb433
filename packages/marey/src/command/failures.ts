/** @throws the failure if there is one, all of them as an `AggregateError` if there are more. */
export function throwAll(failures: readonly unknown[]): void {
  if (failures.length > 1) throw new AggregateError(failures, `${failures.length} failed`);
  if (failures.length > 0) throw failures[0];
}
