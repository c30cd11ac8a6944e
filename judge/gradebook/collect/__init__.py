"""From what lies in a folder to the files that are judged: nothing here is fatal, all that is odd is a remark."""
