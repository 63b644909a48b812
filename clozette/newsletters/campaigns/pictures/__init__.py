"""Pictures of campaigns: the site's own photos, kept as long as a campaign has them in one of its blocks."""
