"""cPanel API 2 emulator."""
