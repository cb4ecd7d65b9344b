//! Record batches as bytes: header view, validation, stamping in place, iteration, building, codecs.
