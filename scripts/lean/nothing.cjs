// Replaces a part of a library that is never reached.
