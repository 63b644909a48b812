"""What somebody means to buy. A cart reserves nothing."""
