"""The grants of the functions, compared with the calls that the functions make."""
