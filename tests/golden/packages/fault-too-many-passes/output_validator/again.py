import sys
from pathlib import Path

Path(sys.argv[3], 'nextpass.in').write_text('1\n')
sys.exit(42)
