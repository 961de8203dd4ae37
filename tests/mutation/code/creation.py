"""Creates the mutants of a part with mutmut, in the working folder.

It runs in a separate process, because mutmut reads its configuration when it is imported. The
results of functions that did not change stay.
"""

import io
import os
from contextlib import redirect_stdout

from mutmut.__main__ import create_mutants
from mutmut.utils.file_utils import copy_also_copy_files, copy_src_dir

if __name__ == "__main__":
    with redirect_stdout(io.StringIO()):
        copy_src_dir()
        copy_also_copy_files()
        create_mutants(os.cpu_count() or 1)
