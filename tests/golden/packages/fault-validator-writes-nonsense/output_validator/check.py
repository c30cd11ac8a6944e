import sys
from pathlib import Path

Path(sys.argv[3], 'score.txt').write_text('lots')
sys.exit(42)
