"""What a message means: intent, slots, category, mood."""
