"""The pages that everybody may see."""

from tests.http.house import House, text


async def test_the_front_page_shows_what_is_popular(house: House) -> None:
    page = await text(await house.visitor().get("/"))
    assert "Gala apples" in page
