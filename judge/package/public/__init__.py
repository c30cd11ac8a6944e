"""What a package shows to all who may hand in to it: statements, their pictures, attachments, samples, limits."""
