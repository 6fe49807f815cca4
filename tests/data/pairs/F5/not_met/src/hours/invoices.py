"""Sums for an invoice."""


def net(minutes, rate):
    raise NotImplementedError


def tax(amount, percent):
    raise NotImplementedError


def gross(amount, percent):
    raise NotImplementedError
