print('OK 100 points')
