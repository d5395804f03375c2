"""Data only: report templates, fonts, schemas, demo data."""
