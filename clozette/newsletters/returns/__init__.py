"""What comes back: bounces, complaints, auto-replies, and mails that ask to unsubscribe."""
