"""The cost of an order: billable units counted over whole stories, priced by a dated table."""
