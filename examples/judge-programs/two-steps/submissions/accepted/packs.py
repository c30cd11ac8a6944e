import sys
import zlib

work = zlib.compress if sys.argv[1] == "encode" else zlib.decompress
sys.stdout.buffer.write(work(sys.stdin.buffer.read()))
