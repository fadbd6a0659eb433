/**
 * Indices of the `count` largest values, largest first, by heap selection in O(n log count). Equal values come in the order
 * in which the C++ library's `partial_sort` leaves them, as in PyTorch's `topk`: on plateaus of quantised maps that
 * order decides which cell a decoder takes.
 *
 * @param values All are looked at; `NaN` must not occur.
 */
export function topCells(values: ArrayLike<number>, count: number): Int32Array {
  const heap = Int32Array.from({ length: Math.min(count, values.length) }, (_, i) => i);
  const size = heap.length;
  // The least of the chosen stands at the root.
  for (let parent = (size - 2) >> 1; parent >= 0; parent--) settle(values, heap, parent, size, heap[parent]);
  if (size > 0)
    for (let i = size; i < values.length; i++)
      if (values[i] > values[heap[0]]) settle(values, heap, 0, size, i);
  for (let last = size - 1; last > 0; last--) {
    const cell = heap[last];
    heap[last] = heap[0];
    settle(values, heap, 0, last, cell);
  }
  return heap;
}

/** Fills the hole by its lesser children down to a leaf, then lets `cell` rise from there to its place. */
function settle(values: ArrayLike<number>, heap: Int32Array, top: number, size: number, cell: number): void {
  let hole = top;
  for (let child = 2 * hole + 2; child <= size; child = 2 * hole + 2) {
    if (child === size || values[heap[child]] > values[heap[child - 1]]) child--;
    heap[hole] = heap[child];
    hole = child;
  }
  for (
    let parent = (hole - 1) >> 1;
    hole > top && values[heap[parent]] > values[cell];
    parent = (hole - 1) >> 1
  ) {
    heap[hole] = heap[parent];
    hole = parent;
  }
  heap[hole] = cell;
}
