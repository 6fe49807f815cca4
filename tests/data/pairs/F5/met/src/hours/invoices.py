"""Sums for an invoice."""


def net(minutes, rate):
    return round(minutes * rate / 60, 2)


def tax(amount, percent):
    return round(amount * percent / 100, 2)


def gross(amount, percent):
    return round(amount + tax(amount, percent), 2)
