// Stands in the bundle for a part of a library that is never reached.
