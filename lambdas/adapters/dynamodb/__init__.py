"""What every table needs: values of attributes, errors, reads of several items."""
