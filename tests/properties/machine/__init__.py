"""Plays tablets, a network and an office against the real application, with a plain model beside it."""
