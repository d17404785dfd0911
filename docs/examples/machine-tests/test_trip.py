"""A machine of your own, in JSONPath, with a Parallel and a Map: every task is mocked by the name of its state."""

import pytest

from sagalab.testing import expect, fails, machine, never_answers

TRIP = {"nights": 3, "travellers": ["Ada", "Lin"]}
BOOKED = {"BookFlight": {"flight": "SA 42"}, "BookHotel": {"room": 7}}

pytestmark = machine("trip.asl.json", input=TRIP, mocks=BOOKED)


def test_every_traveller_gets_a_ticket(execution):
    expect(execution).succeeds().path("IsThereAnyNight", "BookAll", ..., "TripBooked")
    expect(execution).output(TRIP | {"booked": [{"flight": "SA 42"}, {"room": 7}]})
    expect(execution).called_with("SendTicket", {"Message": "Lin flies SA 42"})


def test_without_a_night_there_is_nothing_to_book(run):
    expect(run({"nights": 0})).succeeds().path("IsThereAnyNight", "NothingToBook")


@pytest.mark.parametrize(
    ("state", "error"), [("BookHotel", "NoRoom"), ("BookFlight", "NoSeat"), ("BookFlight", "Closed")]
)
def test_when_one_booking_fails_both_are_cancelled(run, state, error):
    happened = run(mocks={state: fails(error, "not today")})
    expect(happened).fails("TripFailed").catches("BookAll", error)
    expect(happened).path(..., "CancelHotel", "CancelFlight", "TripFailed").never("SendTickets").verdict(
        "consistent"
    )


def test_a_busy_hotel_is_asked_again(run):
    happened = run(faults={"BookHotel": ["Lambda.ServiceException"] * 2})
    expect(happened).succeeds().attempts("BookHotel", 3).waits("BookHotel", [2, 6])


def test_a_hotel_that_stays_busy_is_given_up(run):
    happened = run(faults={"BookHotel": ["Lambda.ServiceException"] * 3})
    expect(happened).catches("BookAll", "Lambda.ServiceException").fails("TripFailed")


def test_a_hotel_that_never_answers_is_asked_twice(run):
    happened = run(mocks={"BookHotel": never_answers()})
    expect(happened).catches("BookAll", "States.Timeout").attempts("BookHotel", 2).takes(41)


def test_a_ticket_is_sent_again(run):
    once = run({"nights": 1, "travellers": ["Ada"]}, faults={"SendTicket": ["SNS.Busy"] * 3})
    expect(once).succeeds().attempts("SendTicket", 4)


def test_a_ticket_that_cannot_be_sent(state):
    given = {"traveller": "Ada", "flight": "SA 42"}
    expect(state("SendTicket", given, mock=fails("SNS.Busy"))).retries("SNS.Busy", after=1)
    expect(state("SendTicket", given, mock=fails("SNS.Busy"), retries=3)).fails("SNS.Busy")
