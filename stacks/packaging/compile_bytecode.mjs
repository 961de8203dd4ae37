// node compile_bytecode.mjs PYTHON_VERSION FOLDER DEPLOYED_AS: see bytecode.py.
import { loadPyodide } from "pyodide";

const [pythonVersion, folder, deployedAs] = process.argv.slice(2);
const MOUNTED = "/compiled";

const PROGRAM = `
import compileall, sys
from py_compile import PycInvalidationMode

version = f"{sys.version_info.major}.{sys.version_info.minor}"
if version != python_version:
    sys.exit(f"the compiler is Python {version}, the functions run {python_version}: "
             "choose another release of pyodide in package.json")
done = compileall.compile_dir(
    mounted, quiet=1, force=True, stripdir=mounted, prependdir=deployed_as,
    invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
)
if not done:
    sys.exit("some files do not compile, see above")
`;

try {
  const python = await loadPyodide();
  python.FS.mkdirTree(MOUNTED);
  python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, MOUNTED);
  const given = { python_version: pythonVersion, mounted: MOUNTED, deployed_as: deployedAs };
  python.runPython(PROGRAM, { globals: python.toPy(given) });
} catch (error) {
  console.error(error.message ?? error);
  process.exit(1);
}
