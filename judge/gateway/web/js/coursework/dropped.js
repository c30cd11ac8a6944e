// Files and folders that are dropped or chosen. A file of a folder is handed in under its path inside.

// What a file is called when it is handed in.
export function nameOf(file) {
  if (file.pathInside) return file.pathInside;
  const path = file.webkitRelativePath || "";
  return path.includes("/") ? path.slice(path.indexOf("/") + 1) : file.name;
}

// What editors, systems and builds leave in folders.
const PASSED_OVER = /(^|\/)(\.[^/]*|__pycache__|node_modules|__MACOSX)(\/|$)/;

// All files of what was dropped, those in folders as well.
export async function droppedFiles(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return [...transfer.files];
  const lone = entries.length === 1;
  const found = [];
  for (const entry of entries) await gather(entry, entry.isDirectory && lone ? "" : entry.name, found);
  return found;
}

async function gather(entry, path, found) {
  if (PASSED_OVER.test(path)) return;
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    file.pathInside = path;
    found.push(file);
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return;
    for (const inner of some) await gather(inner, path ? `${path}/${inner.name}` : inner.name, found);
  }
}

// Those of a chosen folder that are handed in.
export function wanted(files) {
  return files.filter((file) => !PASSED_OVER.test(nameOf(file)));
}
