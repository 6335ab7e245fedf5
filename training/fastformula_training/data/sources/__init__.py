"""What people keep formulas in, each kind of file to records and documents."""
