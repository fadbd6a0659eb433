/** Memory that is lent and given back, so that looking at pictures makes no garbage: as much as is in use at once. */
export function lender<Memory>(make: () => Memory): <T>(work: (memory: Memory) => Promise<T>) => Promise<T> {
  const free: Memory[] = [];
  return async (work) => {
    const memory = free.pop() ?? make();
    try {
      return await work(memory);
    } finally {
      free.push(memory);
    }
  };
}
