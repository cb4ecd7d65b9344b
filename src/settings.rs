//! Every broker and topic setting in one table: name, type, default, range, how it changes, a sentence of help.
