// The tests of a report.

// The children of a group as they were judged, which is the order of their names; tests that came along have one already.
export function inOrder(group) {
  const children = [...group.cases, ...group.groups];
  return group.ordered ? children : children.sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function casesOf(root) {
  if (!root) return [];
  return inOrder(root).flatMap((child) => (child.cases ? casesOf(child) : [child]));
}

export function caseNamed(root, name) {
  return casesOf(root).find((one) => one.name === name) ?? null;
}

// The tests of an evaluation as a group.
export function asGroup(tests) {
  return { name: "", verdict: null, score: null, why: "", groups: [], cases: tests, ordered: true };
}
