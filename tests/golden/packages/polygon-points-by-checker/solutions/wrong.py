print('what')
