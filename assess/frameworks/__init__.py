"""Published frameworks as data: an edition a file, its entries with the questions that relate to them."""
