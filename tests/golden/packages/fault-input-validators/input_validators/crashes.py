raise RuntimeError('broken')
