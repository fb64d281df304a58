"""Mails: written from templates, and delivered over SMTP or into a folder."""
