"""Live carts with everything around them in the hands of the test: no loop where none is needed."""
