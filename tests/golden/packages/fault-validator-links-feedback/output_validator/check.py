import os
import sys

os.symlink('/etc/passwd', sys.argv[3] + 'judgemessage.txt')
os.mkfifo(sys.argv[3] + 'teammessage.txt')
os.makedirs(sys.argv[3] + '/'.join(['deep'] * 500))
sys.exit(42)
