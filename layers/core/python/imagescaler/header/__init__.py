"""What the files say of themselves before they are decoded."""
