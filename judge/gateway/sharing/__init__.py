"""What people give on: programs by links, and programs in pages of others."""
