"""What leaves the house: PDF, HTML and text, each drawn from one assessment alone."""
