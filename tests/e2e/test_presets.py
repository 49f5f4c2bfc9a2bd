"""Presets over HTTP, whichever the operator of the service has defined."""

import httpx

SOURCE = {"source_width": 400, "source_height": 300, "source_format": "jpeg"}


def test_each_preset_that_is_listed_is_planned_with_the_options_of_the_list(client: httpx.Client) -> None:
    answer = client.get("/presets")
    assert answer.status_code == 200
    assert client.head("/presets").headers["content-length"] == answer.headers["content-length"]
    for preset in answer.json()["presets"]:
        plan = client.post("/plan", json={**SOURCE, "preset": preset["name"]}).json()
        if preset["options"]:
            assert plan["options"] == preset["options"]
        else:
            assert [each["name"] for each in plan["renditions"]] == [each["name"] for each in preset["renditions"]]


def test_a_preset_that_does_not_exist_is_refused(client: httpx.Client) -> None:
    answer = client.post("/plan", json={**SOURCE, "preset": "no-such-preset"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "preset")
    assert "there is no preset no-such-preset" in answer.json()["detail"]
