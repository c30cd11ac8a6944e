"""Packages that Open-R1 adds to Piston: problems of Codeforces and of the IOI."""
