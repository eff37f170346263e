/** A question that the documents answer: what is said back has to contain one of these words. */
export interface AnswerableQuestion {
  readonly question: string;
  readonly says: string;
  readonly document: string;
}

/**
 * The labelled set. Thresholds are chosen on `tuning` and never on `held`, whose figures are the ones that are told. Some questions are
 * written as a recogniser writes them. A `near` question could well have stood in these documents and does not; a `far` one could not.
 */
export interface QuestionSet {
  readonly answerable: readonly AnswerableQuestion[];
  readonly near: readonly string[];
  readonly far: readonly string[];
}

const asks = (question: string, says: string, document: string): AnswerableQuestion => ({ question, says, document });

export const TUNING_SET: QuestionSet = {
  answerable: [
    asks('When can I check in?', 'three in the afternoon', 'House guide'),
    asks('What happens if we get there after nine at night?', 'safe beside the door', 'House guide'),
    asks('What is the name of the Wi-Fi?', 'Lindenhof Guests', 'House guide'),
    asks('There is no hot water in my shower, what do I do?', 'green button', 'House guide'),
    asks('Can I smoke on the balcony?', 'Nobody smokes', 'House guide'),
    asks('may i bring my cat', 'Cats cannot stay', 'House guide'),
    asks('What time is breakfast?', 'seven until ten', 'Breakfast'),
    asks('Do you have gluten free bread?', 'gluten', 'Breakfast'),
    asks('Can I cook my own dinner?', 'small kitchen', 'Breakfast'),
    asks('we have to leave at five can we get something to eat', 'packed breakfast', 'Breakfast'),
    asks('How do I get from the station to the house?', 'bus', 'getting here'),
    asks('How much is a taxi?', 'twelve euros', 'getting here'),
    asks('Where can I park?', 'parking places', 'getting here'),
    asks('Can I rent a bike?', 'ten euros a day', 'getting here'),
    asks('Where can we go swimming?', 'bathing place', 'Around the lake'),
    asks('When does the ferry go to the island?', 'at ten', 'Around the lake'),
    asks('How long is the walk round the lake?', 'eleven kilometres', 'Around the lake'),
    asks('what can we do when it rains', 'clock museum', 'Around the lake'),
    asks('How much is a double room?', 'ninety-eight', 'Booking and prices'),
    asks('Can I cancel my booking?', 'seven days before', 'Booking and prices'),
    asks('Do you accept credit cards?', 'bank card', 'Booking and prices'),
    asks('Is there a discount for a long stay?', 'ten per cent', 'Booking and prices'),
  ],
  near: [
    'Is there a gym in the house?',
    'Do you have a sauna?',
    'Can I get a massage?',
    'What is the phone number of the reception?',
    'Is there a lift to the upper floors?',
    'Do the rooms have a television?',
    'Can you do my laundry?',
    'Who owns the guest house?',
    'Is there air conditioning in the rooms?',
    'When was the house built?',
    'How deep is the lake?',
    'Do you serve dinner?',
    'where can i buy a sim card',
    'Is there a doctor in the village?',
    'Can I play golf near here?',
    'Where is the nearest cash machine?',
  ],
  far: [
    'What is the capital of France?',
    'Who won the world cup in 2014?',
    'How do I write a for loop in Python?',
    'What is the square root of two hundred and fifty six?',
    'Tell me a joke about penguins.',
    'How many planets are there?',
    'What is your favourite film?',
    'how do vaccines work',
  ],
};

export const HELD_SET: QuestionSet = {
  answerable: [
    asks('Until what time do I have to be out of the room?', 'eleven in the morning', 'House guide'),
    asks('Where can I leave my suitcases after check-out?', 'hall', 'House guide'),
    asks('Where do I find the Wi-Fi password?', 'card in your room', 'House guide'),
    asks('My room is cold at night, why?', 'heating', 'House guide'),
    asks('when do we have to be quiet', 'ten in the evening', 'House guide'),
    asks('Are dogs allowed?', 'dog', 'House guide'),
    asks('Is breakfast included?', 'included', 'Breakfast'),
    asks('Until when is breakfast on Sunday?', 'eleven', 'Breakfast'),
    asks('I am allergic to nuts. Is your food safe?', 'nuts', 'Breakfast'),
    asks('is there anything vegan', 'vegan', 'Breakfast'),
    asks('Does the oven work?', 'out of order', 'Breakfast'),
    asks('Which bus comes here?', 'line 14', 'getting here'),
    asks('Which exit do I take on the motorway?', 'exit 23', 'getting here'),
    asks('Can I charge my electric car?', 'charging point', 'getting here'),
    asks('how far is the train station', 'two kilometres', 'getting here'),
    asks('What does it cost to hire a rowing boat?', 'fifteen euros', 'Around the lake'),
    asks('Is there a nice view point?', 'chapel', 'Around the lake'),
    asks('Where can we eat out tonight?', 'Gasthof Post', 'Around the lake'),
    asks('where do i get good fish', 'Fischerhütte', 'Around the lake'),
    asks('Is the lake warm enough to swim in May?', 'June', 'Around the lake'),
    asks('What does a single room cost?', 'seventy-four', 'Booking and prices'),
    asks('Do children pay?', 'Children under six', 'Booking and prices'),
    asks('What do I pay if I do not show up?', 'first night', 'Booking and prices'),
    asks('Is there a tourist tax?', 'two euros', 'Booking and prices'),
    asks('How often do you clean the room?', 'every third day', 'Booking and prices'),
  ],
  near: [
    'Is there a hair dryer in the bathroom?',
    'Do you have a swimming pool?',
    'Can I rent skis?',
    'Where is the nearest pharmacy?',
    'Are the rooms accessible by wheelchair?',
    'Do you have a baby sitter?',
    'What is the address of the house?',
    'Can we have our wedding here?',
    'do you have a piano',
    'Is there a minibar?',
    'How many people live in the village?',
    'Which fish live in the lake?',
    'Can I have an iron?',
    'Do you have rooms with a bath tub?',
    'What is the weather tomorrow?',
    'Is there a supermarket nearby?',
  ],
  far: [
    'Who painted the Mona Lisa?',
    'What is the speed of light?',
    'How do I cook a risotto?',
    'Who is the president of the United States?',
    'Translate good morning into Japanese.',
    'What is the meaning of life?',
    'how do airplanes fly',
    'What is eight times seven?',
  ],
};
