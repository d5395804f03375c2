"""What the workflows that may run are worth: three-point inputs with their origin, spreads, tornado, break-even.

`written` is the file, `inputs` settles each input and says where it comes from, `worth` does the sums, `tornado` tells
which inputs decide, `case` puts it together.
"""
