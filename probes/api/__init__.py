"""Questions asked of every system an agent must touch; the twins are asked of the CRM as well."""
