"""What comes back: bounces, complaints, automatic answers, and mails that ask to leave."""
